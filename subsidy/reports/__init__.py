"""What is handed out: papers by ReportLab (`assessment`, `schedule`) and tables for spreadsheets (`schedule_sheet`)."""
